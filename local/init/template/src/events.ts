/** What clients ask. Each takes an ack, the function that answers. */
export interface ClientEvents {
  join: (room: string, ack: (answer: { members: number }) => void) => void;
  say: (room: string, text: string, ack: (answer: { error?: string }) => void) => void;
}

/** What the server tells. */
export interface ServerEvents {
  joined: (room: string, id: string) => void;
  said: (room: string, from: string, text: string) => void;
}
