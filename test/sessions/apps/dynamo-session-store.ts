/** Sessions of express-session in a table with the key `id`: what each environment can reach. */
import {
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import session from "express-session";

type Done = (error?: unknown) => void;

export class DynamoSessionStore extends session.Store {
  readonly #client: DynamoDBClient;

  constructor(config: DynamoDBClientConfig = {}) {
    super();
    this.#client = new DynamoDBClient(config);
  }

  override get(id: string, done: (error: unknown, found?: session.SessionData | null) => void): void {
    const command = new GetItemCommand({ ...this.#of(id), ConsistentRead: true });
    this.#client.send(command).then(
      ({ Item }) => done(null, Item?.data?.S === undefined ? null : JSON.parse(Item.data.S)),
      (error) => done(error),
    );
  }

  override set(id: string, data: session.SessionData, done: Done = () => {}): void {
    const Item = { id: { S: id }, data: { S: JSON.stringify(data) } };
    this.#answer(this.#client.send(new PutItemCommand({ TableName: table(), Item })), done);
  }

  override destroy(id: string, done: Done = () => {}): void {
    this.#answer(this.#client.send(new DeleteItemCommand(this.#of(id))), done);
  }

  close(): void {
    this.#client.destroy();
  }

  #of(id: string) {
    return { TableName: table(), Key: { id: { S: id } } };
  }

  #answer(sent: Promise<unknown>, done: Done): void {
    sent.then(() => done(), done);
  }
}

function table(): string {
  const name = process.env.SESSIONS_TABLE;
  if (name === undefined) throw new Error("Set SESSIONS_TABLE.");
  return name;
}
