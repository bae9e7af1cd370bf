import { type Architecture, CfnLayerVersion, type ILayerVersion } from "aws-cdk-lib/aws-lambda";
import { InvalidPropError } from "./errors.js";

/** Of one function: docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html */
const MAX_LAYERS = 5;

/** @throws InvalidPropError */
export function validLayers(layers: readonly ILayerVersion[], architecture: Architecture): ILayerVersion[] {
  if (!Array.isArray(layers)) {
    throw new InvalidPropError("layers", "it is no list.", "Write layers: [layer].");
  }
  if (layers.length > MAX_LAYERS) {
    throw new InvalidPropError(
      "layers",
      `Lambda takes ${MAX_LAYERS} of them, and there are ${layers.length}.`,
      "Put the content of several into one.",
    );
  }
  for (const layer of layers) {
    checkKind(layer);
    const architectures = architecturesOf(layer);
    if (architectures.length > 0 && !architectures.includes(architecture.name)) {
      throw new InvalidPropError(
        "layers",
        `${layer.node.id} is for ${architectures.join(", ")}, and the function runs on ${architecture.name}.`,
        "Build the layer for that one, or choose the other with `architecture`.",
      );
    }
  }
  return [...layers];
}

/** The types do not reach what comes from CDK's context or from JavaScript. */
function checkKind(layer: unknown): void {
  if (typeof layer === "object" && layer !== null && "layerVersionArn" in layer) return;
  const isArn = typeof layer === "string" && layer.startsWith("arn:");
  throw new InvalidPropError(
    "layers",
    `${JSON.stringify(layer) ?? String(layer)} is no layer.`,
    isArn
      ? `Write LayerVersion.fromLayerVersionArn(this, "Layer", "${layer}").`
      : 'Give a LayerVersion, or LayerVersion.fromLayerVersionArn(this, "Layer", arn).',
  );
}

/** What a layer says of itself; nothing of one that another stack made. */
function architecturesOf(layer: ILayerVersion): readonly string[] {
  const resource = layer.node.defaultChild;
  return resource instanceof CfnLayerVersion ? (resource.compatibleArchitectures ?? []) : [];
}
