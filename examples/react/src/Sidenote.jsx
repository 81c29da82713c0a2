import "@sidenote/inbox";
import { useCallback } from "react";
import { getToken, product } from "./product.js";

/** `view`, `contact`, `conversation` and `theme` as the element has them. */
export function Sidenote({ onOpen, ...options }) {
  const listen = useCallback(
    (element) => {
      const opened = (event) => onOpen?.(event.detail.conversationId);
      element.addEventListener("sidenote:open", opened);
      return () => element.removeEventListener("sidenote:open", opened);
    },
    [onOpen],
  );
  return <sidenote-inbox ref={listen} apiBase={product.sidenote} getToken={getToken} {...options} />;
}
