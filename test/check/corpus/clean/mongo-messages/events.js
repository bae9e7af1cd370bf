const EVENTS = {
  CONNECTION: "connection",
  DISCONNECT: "disconnect",
  JOIN: "room:join",
  SEND: "message:send",
  NEW: "message:new",
};

module.exports = { EVENTS };
