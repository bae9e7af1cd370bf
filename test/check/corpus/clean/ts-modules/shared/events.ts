export interface ClientEvents {
  stroke: (stroke: unknown, done: () => void) => void;
}
export interface ServerEvents {
  announcement: (text: string) => void;
}
