// When the browser says that the network changed, or that somebody looks at the page again.

/**
 * @param {typeof globalThis | null} page the window
 * @param {() => void} wake
 * @returns {() => void} ends it
 */
export function onWake(page, wake) {
  if (!page) return () => {};
  const shown = () => {
    if (!page.document.hidden) wake();
  };
  page.addEventListener("online", wake);
  page.addEventListener("offline", wake);
  page.document.addEventListener("visibilitychange", shown);
  return () => {
    page.removeEventListener("online", wake);
    page.removeEventListener("offline", wake);
    page.document.removeEventListener("visibilitychange", shown);
  };
}
