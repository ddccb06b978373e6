// The libraries, imported in one place. Nothing else imports from vendor/, except charts.

import { h, render, Fragment, createContext } from "../vendor/preact.js";
import {
  useContext,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "../vendor/hooks.js";
import htm from "../vendor/htm.js";

export { Fragment, createContext, h, render };
export {
  useContext,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
};
export {
  batch,
  computed,
  effect,
  signal,
  untracked,
  useComputed,
  useSignal,
  useSignalEffect,
} from "../vendor/signals.js";

/** Templates: html`<${Button} kind="primary">Send</${Button}>`. Values are escaped by Preact. */
export const html = htm.bind(h);
