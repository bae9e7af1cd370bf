module.exports = {
  rooms: {}, // ! module-state
  limits: { users: 10 },
};
