import { PrismaClient } from "@prisma/client";
import { Server } from "socket.io";

const prisma = new PrismaClient();
const io = new Server(3000);

async function userOf(token: string) {
  return prisma.user.findUnique({ where: { token } });
}

io.on("connection", async (socket) => {
  const user = await userOf(socket.handshake.auth.token); // ! await-first
  await prisma.visit.create({ data: { userId: user?.id } }); // ! replay
  await socket.join(`user:${user?.id}`);
  socket.on("rename", async (name: string) => {
    await prisma.user.update({ where: { id: user?.id }, data: { name } });
  });
  socket.on("disconnect", async () => {
    await prisma.visit.deleteMany({ where: { userId: user?.id } });
  });
});
