module null-s3

go 1.22
