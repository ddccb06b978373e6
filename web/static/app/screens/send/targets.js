// Where objects go at the partner.

import { lastPart } from "../../format/names.js";
import { folderOf } from "./form.js";

/** The longest folder that all keys are in, with its slash; "" where there is none. */
export function commonFolder(keys) {
  let common = folderOf(keys[0] ?? "");
  for (const key of keys) {
    while (!key.startsWith(common)) common = folderOf(common.slice(0, -1));
  }
  return common;
}

/**
 * The target paths, relative to the destination's base path, by key.
 *
 * One object gets what was typed; behind a slash at its end comes the object's own name. Several
 * objects go into a folder, and keep the folders below the one that they have in common. So two of
 * them never get one name.
 * @returns {Map<string, string>}
 */
export function targetPaths(keys, typed) {
  const target = typed.replace(/^\/+/, "");
  if (keys.length === 1) {
    const named = target && !target.endsWith("/") ? target : target + lastPart(keys[0]);
    return new Map([[keys[0], named]]);
  }
  const folder = target && !target.endsWith("/") ? `${target}/` : target;
  const common = commonFolder(keys);
  return new Map(keys.map((key) => [key, folder + key.slice(common.length)]));
}

/** The whole path at the partner, as people read it. */
export function wholePath(base, target) {
  if (!base || base === ".") return target;
  return base.endsWith("/") ? base + target : `${base}/${target}`;
}

/** Whether a path needs a folder at the partner. */
export function hasFolder(target) {
  return target.includes("/");
}
