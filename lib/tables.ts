import type { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, Billing, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { CONNECTIONS, ENV, ROOMS } from "../runtime/contract.js";

export interface TablesProps {
  /** What becomes of both tables when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Exactly the commands that `runtime/store/` sends to each table; `test/cdk/grants.test.ts` compares the two.
 */
const CONNECTIONS_ACTIONS = ["BatchGetItem", "GetItem", "PutItem", "UpdateItem", "DeleteItem"] as const;
const ROOMS_ACTIONS = ["BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"] as const;
/** Those of them that `lambdas/deliver.ts` reaches; `test/cdk/grants.test.ts` compares the two. */
const DELIVER_ACTIONS = ["Query"] as const;
/** Those of them that `lambdas/poll.ts` reaches; `test/cdk/poll-function.test.ts` compares the two. */
const POLL_ACTIONS = ["BatchWriteItem", "GetItem", "PutItem", "Query", "UpdateItem"] as const;

/**
 * Where connections, their sockets and rooms are remembered between two events. On-demand, so an idle app
 * costs nothing; TTL removes what no `$disconnect` removed. No streams and no backups: losing both tables
 * loses no more than a restart of an ordinary Socket.IO server does.
 */
export class Tables extends Construct {
  readonly connections: TableV2;
  readonly rooms: TableV2;

  constructor(scope: Construct, id: string, { removalPolicy }: TablesProps) {
    super(scope, id);
    this.connections = new TableV2(this, "Connections", {
      partitionKey: { name: CONNECTIONS.partitionKey, type: AttributeType.STRING },
      timeToLiveAttribute: CONNECTIONS.expiresAt,
      billing: Billing.onDemand(),
      removalPolicy,
    });
    this.rooms = new TableV2(this, "Rooms", {
      partitionKey: { name: ROOMS.partitionKey, type: AttributeType.STRING },
      sortKey: { name: ROOMS.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: ROOMS.expiresAt,
      billing: Billing.onDemand(),
      removalPolicy,
    });
  }

  /**
   * Lets a function keep connections and rooms: the permissions, and the environment
   * variables with the tables' names.
   */
  grantReadWrite(fn: LambdaFunction): void {
    this.connections.grant(fn, ...dynamodb(CONNECTIONS_ACTIONS));
    this.rooms.grant(fn, ...dynamodb(ROOMS_ACTIONS));
    fn.addEnvironment(ENV.connectionsTable, this.connections.tableName);
    fn.addEnvironment(ENV.roomsTable, this.rooms.tableName);
  }

  /** Lets the poll function keep the sessions of long-polling clients, which are in the table of rooms. */
  grantPolls(fn: LambdaFunction): void {
    this.rooms.grant(fn, ...dynamodb(POLL_ACTIONS));
    fn.addEnvironment(ENV.roomsTable, this.rooms.tableName);
  }

  /** Lets `deliver` read the members of rooms. */
  grantReadMembers(fn: LambdaFunction): void {
    this.rooms.grant(fn, ...dynamodb(DELIVER_ACTIONS));
    fn.addEnvironment(ENV.roomsTable, this.rooms.tableName);
  }
}

function dynamodb(actions: readonly string[]): string[] {
  return actions.map((action) => `dynamodb:${action}`);
}
