/**
 * Runs before each test file: what waits for something has time for it on a busy machine
 * too. Vitest's own default is a second.
 */
import { vi } from "vitest";

const { waitFor } = vi;
vi.waitFor = (callback, options = 20_000) => waitFor(callback, options);
