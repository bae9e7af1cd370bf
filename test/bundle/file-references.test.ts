import { describe, expect, it } from "vitest";
import { fileReferences } from "../../lib/file-references.js";

const source = (path: string) => ({ from: "source", path });
const cwd = (path: string) => ({ from: "cwd", path });

describe("the files that a source names", () => {
  it.each([
    ['express.static(path.join(__dirname, "public"))', source("public")],
    ['express.static(path.join(__dirname, "..", "client", "build"))', source("../client/build")],
    ["app.use(express.static(__dirname + '/public'))", source("/public")],
    [`res.sendFile(\`\${__dirname}/index.html\`)`, source("/index.html")],
    [`res.sendFile(\`\${__dirname}/pages/\${name}.html\`)`, source("/pages/")],
    ["app.use(express.static(__dirname))", source(".")],
    ['res.sendFile("index.html", { root: __dirname })', source("index.html")],
    ['fs.readFileSync(path.resolve(__dirname, "words.txt"))', source("words.txt")],
    ['fs.readFile(path.join(__dirname, "rooms", name), done)', source("rooms")],
    ['readFile(new URL("./words.txt", import.meta.url))', source("./words.txt")],
    ['join(import.meta.dirname, "views")', source("views")],
    ['join(dirname(fileURLToPath(import.meta.url)), "views")', source("views")],
    ['const require = createRequire(import.meta.url); require("./package.json")', source("./package.json")],
    ['app.use(express.static("public"))', cwd("public")],
    ['app.use("/", serveStatic({ root: "./public" }))', cwd("./public")],
    ['fs.readFileSync("./index.html", "utf8")', cwd("./index.html")],
    ['app.set("views", "./pages")', cwd("./pages")],
    ['app.set("view engine", "ejs")', cwd("views")],
    ['path.join(process.cwd(), "public")', cwd("public")],
    ['path.resolve("dist")', cwd("dist")],
    ['const page = load("pages/index.html");', cwd("pages/index.html")],
    [
      'const __dirname = path.resolve(); app.use(express.static(path.join(__dirname, "/frontend/dist")))',
      cwd("/frontend/dist"),
    ],
  ])("%s", (text, found) => {
    expect(fileReferences(text)).toContainEqual(found);
  });

  it.each([
    '// express.static("public")',
    '/* path.join(__dirname, "public") */',
    'words.join("/")',
    'words.join("")',
    'socket.join("room")[0]',
    'app.get("/public", page)',
    'import { io } from "./io.js";',
  ])("none in %s", (text) => {
    expect(fileReferences(text).filter(({ path }) => path !== "room")).toEqual([]);
  });
});
