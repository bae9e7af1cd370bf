var express = require("express");
var router = express.Router();
var controller = require("../controllers/items");
router.get("/", function (req, res, next) {
  res.render("index", { title: "x" });
});
router.route("/items").get(controller.list).post(controller.create);
module.exports = router;
