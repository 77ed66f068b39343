"""Writes all files below a folder into a zip and a tar.gz archive: write_archives.py FOLDER ZIP TGZ."""

import os
import sys
import tarfile
import zipfile

folder, zip_path, tar_path = sys.argv[1:]
names = sorted(
    os.path.relpath(os.path.join(above, name), folder)
    for above, folders, files in os.walk(folder)
    for name in folders + files
)
with zipfile.ZipFile(zip_path, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
    for name in names:
        archive.write(os.path.join(folder, name), name)
with tarfile.open(tar_path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
    for name in names:
        archive.add(os.path.join(folder, name), name, recursive=False)
