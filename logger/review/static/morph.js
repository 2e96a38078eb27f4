// Makes one piece of the page say what another says, and leaves alone what is alike: so
// focus, scrolling and what is marked stay.
export function morph(now, next) {
  if (now.isEqualNode(next)) return;
  if (now.nodeName !== next.nodeName || now.childNodes.length !== next.childNodes.length) {
    if (now.nodeName === next.nodeName) now.replaceChildren(...next.childNodes);
    else now.replaceWith(next);
    return;
  }
  if (now.nodeType === Node.TEXT_NODE) now.nodeValue = next.nodeValue;
  if (now.nodeType === Node.ELEMENT_NODE) morphAttributes(now, next);
  const coming = [...next.childNodes];
  [...now.childNodes].forEach((child, at) => morph(child, coming[at]));
}

function morphAttributes(now, next) {
  for (const { name } of [...now.attributes]) {
    if (!next.hasAttribute(name)) now.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) now.setAttribute(name, value);
}
