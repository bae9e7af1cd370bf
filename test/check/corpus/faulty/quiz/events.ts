export enum Events {
  Connection = "connection",
  Disconnect = "disconnect",
  Create = "game:create",
  Answer = "game:answer",
}
