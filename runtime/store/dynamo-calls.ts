/**
 * DynamoDB's calls and values as they go over the wire, as far as the stores need them
 * (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html).
 */

/**
 * One of these. A number is text, and bytes are base64: as they go over the wire, so that nobody has to walk
 * through an item.
 */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: true;
  readonly SS?: readonly string[];
  readonly L?: readonly AttributeValue[];
  readonly M?: Readonly<Record<string, AttributeValue>>;
}

export type Row = Record<string, AttributeValue>;

interface Table {
  readonly TableName: string;
}

interface Expressions {
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Row>;
}

export interface GetItemInput extends Table {
  readonly Key: Readonly<Row>;
  readonly ConsistentRead?: boolean;
}

export interface PutItemInput extends Table, Expressions {
  readonly Item: Readonly<Row>;
  readonly ReturnValues?: "ALL_OLD";
}

export interface UpdateItemInput extends Table, Expressions {
  readonly Key: Readonly<Row>;
  readonly UpdateExpression: string;
  readonly ReturnValues?: "ALL_OLD" | "ALL_NEW" | "UPDATED_OLD" | "UPDATED_NEW";
}

export interface DeleteItemInput extends Table, Expressions {
  readonly Key: Readonly<Row>;
  readonly ReturnValues?: "ALL_OLD";
}

export interface QueryInput extends Table, Omit<Expressions, "ConditionExpression"> {
  readonly KeyConditionExpression: string;
  readonly ConsistentRead?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Readonly<Row>;
}

/** By table. */
export type WriteRequests = Readonly<Record<string, readonly WriteRequest[]>>;

export type WriteRequest =
  | { readonly PutRequest: { readonly Item: Readonly<Row> } }
  | { readonly DeleteRequest: { readonly Key: Readonly<Row> } };

/** By table. */
export type ReadRequests = Readonly<
  Record<string, { readonly Keys: readonly Readonly<Row>[]; readonly ConsistentRead?: boolean }>
>;

interface Attributes {
  readonly Attributes?: Row;
}

/** What each call takes, and what it gives. */
export interface Calls {
  readonly GetItem: { readonly input: GetItemInput; readonly output: { readonly Item?: Row } };
  readonly PutItem: { readonly input: PutItemInput; readonly output: Attributes };
  readonly UpdateItem: { readonly input: UpdateItemInput; readonly output: Attributes };
  readonly DeleteItem: { readonly input: DeleteItemInput; readonly output: Attributes };
  readonly Query: {
    readonly input: QueryInput;
    readonly output: { readonly Items?: Row[]; readonly LastEvaluatedKey?: Row };
  };
  readonly BatchGetItem: {
    readonly input: { readonly RequestItems: ReadRequests };
    readonly output: {
      readonly Responses?: Readonly<Record<string, Row[]>>;
      readonly UnprocessedKeys?: ReadRequests;
    };
  };
  readonly BatchWriteItem: {
    readonly input: { readonly RequestItems: WriteRequests };
    readonly output: { readonly UnprocessedItems?: WriteRequests };
  };
}

export type CallName = keyof Calls;

export interface DynamoClient {
  /**
   * Makes a call again after throttling, an error of DynamoDB's own (5xx), silence and a broken connection,
   * as often as `Tries` says: a write may be done twice. Not where the call itself is wrong, or its condition
   * does not hold.
   *
   * @throws DynamoError, and EnvironmentError where the function has no credentials
   */
  call<Name extends CallName>(name: Name, input: Calls[Name]["input"]): Promise<Calls[Name]["output"]>;
}
