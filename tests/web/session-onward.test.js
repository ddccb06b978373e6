import assert from "node:assert/strict";
import test from "node:test";
import { onward } from "../../web/static/app/session/onward.js";

const led = (to) => onward(new URLSearchParams(to === null ? {} : { to }), "https://console.test");

test("the login leads back into the console", () => {
  assert.equal(led(null), "/");
  assert.equal(led("/history?state=all"), "/history?state=all");
  assert.equal(led("/transfers/%E0%A4%A"), "/transfers/%E0%A4%A");
});

test("the login leads nowhere else, and no address breaks it", () => {
  for (const to of ["//", "///", "//[", "https://x.test/", "javascript:alert(1)", "/\\x.test", "\\\\x.test", "",
    "/.//x.test", "/a/..//x.test", "/\t/x.test", "/\n//x.test", "/\t/[", "/sign-in?to=/", "/./sign-in", "x", "/%2e//x"]) {
    assert.equal(led(to), "/", JSON.stringify(to));
  }
});
