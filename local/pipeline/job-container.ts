import { isMap } from "yaml";
import type { JobContainer } from "../agent/container.ts";
import type { YamlSource } from "./yaml-source.ts";

/** The containers of a pipeline's `resources:`, by the name that jobs use. */
export type ContainerResources = ReadonlyMap<string, JobContainer>;

/** Reads `resources: containers:`. */
export function readContainerResources(resources: unknown, source: YamlSource): ContainerResources {
  const listed = source.items(source.map(resources, "resources").get("containers"), "containers");
  return new Map(
    listed.flatMap((item) => {
      const container = source.map(item, "A container");
      const name = source.text(container.get("container"), "A container's name");
      return name === undefined ? [] : [[name, readMapping(container, source)]];
    }),
  );
}

/** Reads the `container:` of a job: an image, the name of a resource, or a mapping. */
export function readJobContainer(
  node: unknown,
  resources: ContainerResources,
  source: YamlSource,
): JobContainer | undefined {
  const container = isMap(node) ? undefined : source.text(node, "container");
  if (container !== undefined) return resources.get(container) ?? (container === "" ? undefined : { image: container });
  if (!isMap(node)) return undefined;
  const mapping = source.map(node, "container");
  const alias = source.text(mapping.get("alias"), "alias");
  return (alias === undefined ? undefined : resources.get(alias)) ?? readMapping(mapping, source);
}

function readMapping(container: Map<string, unknown>, source: YamlSource): JobContainer {
  const volumes = source
    .list(container.get("volumes"), "volumes")
    .map((volume) => source.text(volume, "A volume") ?? "");
  return { image: source.text(container.get("image"), "image") ?? "", ...(volumes.length > 0 ? { volumes } : {}) };
}
