const onlineUsers = new Map(); // ! module-state

export const add = (userId, socketId) => {
  onlineUsers.set(userId, socketId);
};
export const remove = (socketId) => {
  for (const [userId, id] of onlineUsers) {
    if (id === socketId) onlineUsers.delete(userId);
  }
};
export default onlineUsers;
