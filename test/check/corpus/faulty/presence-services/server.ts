import "dotenv/config";
import app from "./app";
import { createServer } from "http";
import { initializeSocket } from "./config/socket";
import connectDB from "./config/db";
const httpServer = createServer(app);
initializeSocket(httpServer);
connectDB().then(() => httpServer.listen(process.env.PORT || 5000, () => console.log("up")));
