var Item = require("../models/item");
exports.list = function (req, res) {
  Item.find({}, function (err, items) {
    if (err) return res.send(err);
    items.forEach(function (i) {
      i.seen = true;
    });
    res.json(items);
  });
};
exports.create = async function (req, res) {
  var item = new Item(req.body);
  item.tags.push("new");
  item.save(function (err, saved) {
    res.io.emit("item", saved);
    res.json(saved);
  });
};
