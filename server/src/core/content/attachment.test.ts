import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachment } from './attachment.ts';

const cases: [fileName: string, expected: string][] = [
  ['model-1.2.0.zip', 'attachment; filename="model-1.2.0.zip"'],
  ['two words (1).zip', 'attachment; filename="two words (1).zip"'],
  ['Gewürz.zip', `attachment; filename="Gew_rz.zip"; filename*=UTF-8''Gew%C3%BCrz.zip`],
  ['a"b.zip', `attachment; filename="a_b.zip"; filename*=UTF-8''a%22b.zip`],
  ["100%'(*).zip", `attachment; filename="100_'(*).zip"; filename*=UTF-8''100%25%27%28%2A%29.zip`],
  ['../../etc/passwd', 'attachment; filename=".._.._etc_passwd"'],
  ['a\r\nSet-Cookie: b', 'attachment; filename="a__Set-Cookie: b"'],
  ['\ud800.zip', `attachment; filename="_.zip"; filename*=UTF-8''%EF%BF%BD.zip`],
];

for (const [fileName, expected] of cases) {
  test(`a file ${JSON.stringify(fileName)} is saved by a header that says so and nothing else`, () => {
    assert.equal(attachment(fileName), expected);
  });
}
