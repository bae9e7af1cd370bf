const mongoose = require("mongoose");

const schema = new mongoose.Schema({ room: String, text: String, at: Number });
schema.methods.shorten = function (length) {
  this.text = this.text.slice(0, length);
  return this;
};

module.exports = mongoose.model("Message", schema);
