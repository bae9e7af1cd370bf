/**
 * What a post costs over TLS, as in production. The certificate is that of the tests of `dialer.ts`; the
 * posting process trusts it by `NODE_EXTRA_CA_CERTS`.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startMock } from "../mock/client.js";
import type { PostingResult, PostingTask, Variant } from "../posting/protocol.js";
import { Programs } from "../programs.js";
import { atLeast, type Row, type SectionOptions } from "../row.js";
import { median } from "../statistics.js";

const CERTIFICATE = fileURLToPath(new URL("../../test/runtime/fixtures/localhost.pem", import.meta.url));
const RECIPIENTS = 2_000;
const WAYS = {
  "sdk-client": "baseline (a), PostToConnectionCommand",
  "raw-client": "baseline (b), unsigned HTTP",
  "our-client": "managementApi()",
} satisfies Partial<Record<Variant, string>>;

type Way = keyof typeof WAYS;

export async function postingTls({ quick, progress }: SectionOptions): Promise<Row[]> {
  const programs = new Programs({ NODE_EXTRA_CA_CERTS: CERTIFICATE });
  try {
    const mock = await startMock(programs, { pem: readFileSync(CERTIFICATE, "utf8") });
    const rounds = quick ? 3 : 9;
    const perCpuSecond = {} as Record<Way, number>;
    for (const variant of Object.keys(WAYS) as Way[]) {
      progress(`${variant} over TLS to ${RECIPIENTS.toLocaleString("en")}`);
      await mock.configure({ latency: undefined, postsPerSecond: undefined, members: RECIPIENTS });
      const common = { url: mock.url, recipients: RECIPIENTS, warmUps: 2, deliverEnvironments: 0 };
      const task: PostingTask = { variant, rounds, ...common };
      const result = await programs.run<PostingResult>("posting/poster.ts", task);
      const { posted } = await mock.takeStats();
      const expected = RECIPIENTS * (rounds + common.warmUps);
      if (posted !== expected) throw new Error(`${variant} posted ${posted} of ${expected} frames.`);
      perCpuSecond[variant] = median(result.rounds.map(({ cpuMs }) => RECIPIENTS / (cpuMs / 1000)));
    }
    const row = (what: string, value: number, unit: Row["unit"]): Row => ({
      section: "posting-tls",
      what,
      value,
      unit,
      runs: rounds,
    });
    const toSdk = perCpuSecond["our-client"] / perCpuSecond["sdk-client"];
    const toRaw = perCpuSecond["our-client"] / perCpuSecond["raw-client"];
    return [
      ...(Object.keys(WAYS) as Way[]).map((way) => row(WAYS[way], perCpuSecond[way], "posts/CPU-s")),
      { ...row("managementApi() to (a)", toSdk, "times"), goal: atLeast(4, "times", toSdk) },
      { ...row("managementApi() to (b)", toRaw, "times"), goal: atLeast(0.5, "times", toRaw) },
    ];
  } finally {
    programs.close();
  }
}
