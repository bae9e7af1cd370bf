import express from "express";
import rateLimit from "express-rate-limit";
import { notify } from "./services/notifications";
const app = express();
app.use(rateLimit({ windowMs: 60000, max: 100 }));
app.post("/notify", async (req, res) => {
  await notify(req.body.userId, req.body);
  res.json({ success: true });
});
export default app;
