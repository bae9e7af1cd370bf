const router = require("express").Router();
const Message = require("../models/message");

router.get("/:room", async (req, res) => {
  const messages = await Message.find({ room: req.params.room }).lean();
  const byAuthor = {};
  messages.forEach((message) => {
    byAuthor[message.author] = (byAuthor[message.author] || 0) + 1;
  });
  res.json({ messages, byAuthor });
});

router.post("/", async (req, res) => {
  const message = new Message(req.body);
  message.at = Date.now();
  await message.save();
  req.app.get("io").to(message.room).emit("message:new", message);
  res.status(201).json(message);
});

module.exports = router;
