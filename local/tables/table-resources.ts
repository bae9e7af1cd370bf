import {
  arn,
  physicalName,
  type Resource,
  type ResourceType,
  type TableModel,
} from "../template/resource-type.js";

/**
 * `AWS::DynamoDB::Table` and `::GlobalTable` (CDK's `TableV2`): keys and indexes. Capacity, encryption
 * and recovery mean nothing on one machine, and time to live deletes nothing here: on AWS too an
 * expired item may stay for days (aws-facts §7).
 */
export const table: ResourceType = {
  ref: tableName,
  attributes: { Arn: (resource) => arn(resource, "dynamodb", `table/${tableName(resource)}`) },
  add(resource, model) {
    if (resource.property("StreamSpecification") !== undefined) {
      model.warnings.push(`${resource.name}: its stream does not run locally.`);
    }
    model.tables.set(tableName(resource), {
      TableName: tableName(resource),
      AttributeDefinitions: list(resource.property("AttributeDefinitions")),
      KeySchema: list(resource.property("KeySchema")),
      ...indexes(resource, "GlobalSecondaryIndexes"),
      ...indexes(resource, "LocalSecondaryIndexes"),
    });
  },
};

function indexes(
  resource: Resource,
  property: "GlobalSecondaryIndexes" | "LocalSecondaryIndexes",
): Partial<TableModel> {
  const declared = list(resource.property(property)) as Record<string, unknown>[];
  if (declared.length === 0) return {};
  return {
    [property]: declared.map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    })),
  };
}

function tableName(resource: Resource): string {
  return physicalName(resource, "TableName", 255);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
