// What the dialog loads: buckets, one folder of a bucket, destinations, the size of one object.

import { useEffect, useRef, useState } from "../../lib.js";
import { SignedOut } from "../../api/problem.js";
import { listDestinations } from "../../api/destinations.js";
import { collect } from "../../api/pages.js";
import { useLoaded } from "../../ui/loaded.js";
import { api } from "../../wiring.js";
import { joined } from "./listing.js";

const PAGE = 200; // objects and folders
const MOST = 1_000; // buckets

export function useBuckets() {
  return useLoaded((signal) => collect(api, "/api/buckets", "buckets", { limit: 200 }, { most: MOST, signal }), []);
}

export function useDestinations() {
  return useLoaded((signal) => listDestinations(api, signal), []);
}

/** The first page of a folder. `more.load()` adds the next one. Another folder aborts both. */
export function useListing(bucket, prefix) {
  const [state, setState] = useState({ busy: false, error: null });
  const stop = useRef(null);
  const listed = useLoaded(
    async (signal) => {
      if (!bucket) return null;
      const page = await files(bucket, { prefix }, signal);
      return { ...page, of: `${bucket}/${prefix}` };
    },
    [bucket, prefix],
  );
  useEffect(() => () => {
    stop.current?.abort();
    setState({ busy: false, error: null });
  }, [bucket, prefix]);
  const load = async () => {
    stop.current = new AbortController();
    const { signal } = stop.current;
    setState({ busy: true, error: null });
    try {
      const page = await files(bucket, { prefix, cursor: listed.value.cursor }, signal);
      if (signal.aborted) return;
      listed.set({ ...joined(listed.value, page), of: listed.value.of });
      setState({ busy: false, error: null });
    } catch (error) {
      if (!signal.aborted && !(error instanceof SignedOut)) setState({ busy: false, error });
    }
  };
  const value = listed.value?.of === `${bucket}/${prefix}` ? listed.value : null;
  return { ...listed, value, more: { ...state, load } };
}

function files(bucket, query, signal) {
  return api.get(`/api/buckets/${encodeURIComponent(bucket)}/files`, { query: { limit: PAGE, ...query }, signal });
}

/** Sizes by key: of what was listed, and of one chosen object that was not. null: no such object. */
export function useSizes(form, listing) {
  const sizes = useRef({ bucket: "", known: new Map() });
  if (sizes.current.bucket !== form.bucket) sizes.current = { bucket: form.bucket, known: new Map() };
  const { known } = sizes.current;
  for (const file of listing.value?.files ?? []) known.set(file.key, file.size_bytes);
  const [, again] = useState(0);
  const lone = form.keys.length === 1 && !listing.loading && !known.has(form.keys[0]) ? form.keys[0] : null;
  useEffect(() => {
    if (lone === null) return undefined;
    const stop = new AbortController();
    files(form.bucket, { prefix: lone, limit: 1 }, stop.signal).then(
      (page) => {
        known.set(lone, page.files[0]?.key === lone ? page.files[0].size_bytes : null);
        again((turn) => turn + 1);
      },
      () => null, // its size stays unknown, and the request itself will tell
    );
    return () => stop.abort();
  }, [form.bucket, lone]);
  return known;
}
