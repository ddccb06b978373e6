// What the bucket browser shows of a bucket, and how it says how much that is.

import { counted } from "../../format/bytes.js";
import { MOST_OBJECTS, folderOf, sendable } from "./form.js";

/** A prefix is a folder, and what was typed behind it. */
export function parted(prefix) {
  const folder = folderOf(prefix);
  return { folder, typed: prefix.slice(folder.length) };
}

/** The folders above: [{text, prefix}], the bucket first. */
export function crumbs(bucket, prefix) {
  const { folder } = parted(prefix);
  const found = [{ text: bucket, prefix: "" }];
  let at = 0;
  while (at < folder.length) {
    const end = folder.indexOf("/", at) + 1;
    found.push({ text: folder.slice(at, end - 1) || "/", prefix: folder.slice(0, end) });
    at = end;
  }
  return found;
}

/** "200 objects and 3 folders are shown, there are more." */
export function shownText({ files, folders, cursor }) {
  const number = files.length + folders.length;
  if (number === 0) return cursor ? "Nothing yet, but there is more." : "Nothing is here.";
  const parts = [
    folders.length ? counted(folders.length, "folder") : null,
    files.length ? counted(files.length, "object") : null,
  ].filter(Boolean);
  const verb = number === 1 ? "is" : "are";
  const end = cursor ? `${verb} shown, there are more.` : `${verb} all there ${verb}.`;
  return `${parts.join(" and ")} ${end}`;
}

/** `before` and what the next page brought. */
export function joined(before, page) {
  return {
    files: [...before.files, ...page.files],
    folders: [...before.folders, ...page.folders.filter((each) => !before.folders.includes(each))],
    cursor: page.cursor === before.cursor ? null : page.cursor,
  };
}

/** @returns {string[]} the selection with or without one key; never more than MOST_OBJECTS */
export function toggled(keys, key) {
  if (keys.includes(key)) return keys.filter((each) => each !== key);
  return keys.length < MOST_OBJECTS ? [...keys, key] : keys;
}

/** All that is shown, or none of it; others that were chosen stay. `dropped`: how many found no room */
export function allToggled(keys, shown) {
  const possible = shown.filter(sendable);
  const chosen = new Set(keys);
  if (possible.length > 0 && possible.every((each) => chosen.has(each))) {
    const gone = new Set(possible);
    return { keys: keys.filter((each) => !gone.has(each)), dropped: 0 };
  }
  const wanted = [...keys, ...possible.filter((each) => !chosen.has(each))];
  return { keys: wanted.slice(0, MOST_OBJECTS), dropped: Math.max(0, wanted.length - MOST_OBJECTS) };
}

/** Of the objects that the list shows: "all", "some" or "none" are chosen. */
export function chosenOf(keys, shown) {
  const chosen = new Set(keys);
  const possible = shown.filter(sendable);
  const number = possible.filter((each) => chosen.has(each)).length;
  if (number === 0) return "none";
  return number === possible.length ? "all" : "some";
}

/** The sum of what is known of the sizes: {bytes, whole}. */
export function total(keys, sizes) {
  let bytes = 0;
  let whole = true;
  for (const key of keys) {
    if (sizes.get(key) != null) bytes += sizes.get(key);
    else whole = false;
  }
  return { bytes, whole };
}
