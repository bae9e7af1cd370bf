const fs = require("fs");
const path = require("path");
const { Sequelize, DataTypes } = require("sequelize");
const sequelize = new Sequelize(process.env.DB);
const db = {};
fs.readdirSync(__dirname)
  .filter((f) => f !== "index.js")
  .forEach((file) => {
    const model = require(path.join(__dirname, file))(sequelize, DataTypes);
    db[model.name] = model;
  });
Object.keys(db).forEach((n) => {
  if (db[n].associate) db[n].associate(db);
});
db.sequelize = sequelize;
module.exports = db;
