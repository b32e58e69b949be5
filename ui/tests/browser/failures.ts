import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

const FILE = fileURLToPath(new URL('../../test-results/failures.txt', import.meta.url));

/** Writes what failed into a file: who runs more after these tests says it at the end. */
export default class Failures implements Reporter {
  private failures = '';

  onTestEnd(test: TestCase, { status, errors }: TestResult): void {
    if (status === test.expectedStatus) return;
    const { file, line } = test.location;
    const reasons = errors.map(({ stack, message, value }) => stack ?? message ?? value ?? '');
    this.failures += [`${file}:${line} › ${test.title} (${status})`, ...reasons, ''].join('\n');
  }

  onEnd(): void {
    mkdirSync(dirname(FILE), { recursive: true });
    writeFileSync(FILE, this.failures);
  }
}
