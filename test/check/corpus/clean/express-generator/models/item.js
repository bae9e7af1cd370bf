var mongoose = require("mongoose");
var s = new mongoose.Schema({ name: String, tags: [String] });
s.pre("save", function (next) {
  this.updatedAt = new Date();
  next();
});
module.exports = mongoose.model("Item", s);
