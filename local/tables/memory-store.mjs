/**
 * Where dynalite keeps tables and items: plain objects in this thread. Its own store is a LevelDB in memory,
 * which keeps them as JSON text, and answers by way of promises, timers and streams. That took 40
 * to 60 % of a call without expressions (docs/decisions/local-throughput.md).
 *
 * The actions of dynalite see the store that `dynalite/db` documents by its use: `get`, `put`, `del`, `batch`
 * and two streams for each table and index. They do not change an item that they have got or given: they
 * copy it first (`deepClone` of `updateItem`). They do change the description of a table.
 */
import { createRequire } from "node:module";
import { Stream } from "node:stream";
import { SortedValues } from "./sorted-values.mjs";

/** @param require of the thread that runs dynalite */
export function keepInMemory(require) {
  const db = require("dynalite/db");
  const { Lock } = createRequire(require.resolve("dynalite"))("lock");
  const { create } = db;
  if (typeof create !== "function") throw new Error("This version of dynalite has no db.create.");
  db.create = (options) => memoryStore(create, options, Lock);
}

function memoryStore(create, options, Lock) {
  // Its options have their defaults then.
  const { options: all, tableDb: own } = create({ ...options });
  const databases = new Map();
  const database = (name) => {
    const known = databases.get(name);
    if (known) return known;
    const made = new Database(Lock());
    databases.set(name, made);
    return made;
  };
  const remove = (name, callback) => {
    databases.delete(name);
    callback();
  };
  const indexName = (type, table, index) => `index-${type.toLowerCase()}~${table}~${index}`;
  const tableDb = Object.assign(database("table"), {
    awsAccountId: own.awsAccountId,
    awsRegion: own.awsRegion,
    isCopied: true,
  });
  return {
    options: all,
    db: { close: (callback) => callback() },
    tableDb,
    getItemDb: (name) => database(`item-${name}`),
    deleteItemDb: (name, callback) => remove(`item-${name}`, callback),
    getIndexDb: (type, table, index) => database(indexName(type, table, index)),
    deleteIndexDb: (type, table, index, callback) => remove(indexName(type, table, index), callback),
    getTagDb: (name) => database(`tag-${name}`),
    deleteTagDb: (name, callback) => remove(`tag-${name}`, callback),
    getTable(name, check, callback = check) {
      const table = tableDb.values.get(name);
      if (!table || (check && (table.TableStatus === "CREATING" || table.TableStatus === "DELETING"))) {
        callback(tableNotFound(check ? "" : `: Table: ${name} not found`));
      } else {
        // Who does not check may change it.
        callback(null, check ? table : structuredClone(table));
      }
    },
  };
}

function tableNotFound(which) {
  return Object.assign(new Error("NotFoundError"), {
    name: "NotFoundError",
    statusCode: 400,
    body: {
      __type: "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
      message: `Requested resource not found${which}`,
    },
  });
}

/** The items of one table or index; or the tables, or the tags of one. */
class Database {
  values = new SortedValues();
  /** Values may be changed by who has got or given them. */
  isCopied = false;

  constructor(lock) {
    this.lock = lock;
  }

  get(key, callback) {
    callback(null, this.#copy(this.values.get(key)));
  }

  put(key, value, callback) {
    this.#put(key, value);
    callback(null);
  }

  del(key, callback) {
    this.values.delete(key);
    callback(null);
  }

  batch(operations, callback) {
    for (const { type, key, value } of operations) {
      if (type === "put") this.#put(key, value);
      else this.values.delete(key);
    }
    callback(null);
  }

  createKeyStream(range) {
    return new Values(this.values.keys(range));
  }

  createValueStream(range) {
    return new Values(this.values.keys(range).map((key) => this.values.get(key)));
  }

  #put(key, value) {
    this.values.set(key, this.#copy(withoutAbsent(value)));
  }

  #copy(value) {
    return this.isCopied ? structuredClone(value) : value;
  }
}

/** What an index projects and an item lacks has a key without a value, which JSON would have dropped. */
function withoutAbsent(value) {
  if (typeof value !== "object" || !Object.values(value).includes(undefined)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, inside]) => inside !== undefined));
}

/** All of it in one turn, once somebody listens. An old kind of stream, which dynalite's `lazy` can read. */
class Values extends Stream {
  #isDestroyed = false;

  constructor(values) {
    super();
    process.nextTick(() => {
      for (const value of values) {
        if (this.#isDestroyed) return;
        this.emit("data", value);
      }
      this.emit("end");
    });
  }

  destroy() {
    this.#isDestroyed = true;
  }
}
