const users = []; // ! module-state

const addUser = ({ id, name, room }) => {
  const existing = users.find((user) => user.room === room && user.name === name);
  if (existing) return { error: "taken" };
  const user = { id, name, room };
  users.push(user);
  return { user };
};
const getUsersInRoom = (room) => users.filter((user) => user.room === room);

module.exports = { addUser, getUsersInRoom };
