/** What the chats use of `redis` 3, which brings no types. */
declare module "redis3" {
  type Reply<Result> = (error: Error | null, result?: Result) => void;

  interface RedisClient {
    on(event: "error", listener: (error: Error) => void): this;
    rpush(key: string, value: string, done: Reply<number>): void;
    lrange(key: string, start: number, stop: number, done: Reply<string[]>): void;
    quit(): void;
  }

  export function createClient(options: { path: string | undefined }): RedisClient;
}
