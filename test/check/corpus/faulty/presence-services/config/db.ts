import mongoose from "mongoose";
let isConnected = false;
export default async function connectDB() {
  if (isConnected) return;
  try {
    await mongoose.connect(process.env.MONGO!);
    isConnected = true;
  } catch (e) {
    console.error(e);
    process.exit(1);
  }
}
