/**
 * Click until something is there: a list is drawn anew when fresh data arrives, and a
 * click on what was drawn before is lost.
 *
 * @param {() => Element|undefined} find what to click
 * @param {string} selector of what the click opens
 */
export async function clickUntil(find, selector) {
    for (let attempt = 0; attempt < 25; attempt++) {
        if (document.querySelector(selector)) {
            return;
        }
        find()?.click();
        for (let wait = 0; wait < 10 && !document.querySelector(selector); wait++) {
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    }
}

/**
 * @param {string} selector of rows or cards
 * @param {string} text that the one looked for has
 */
export function findWith(selector, text) {
    return [...document.querySelectorAll(selector)].find((one) => one.textContent.includes(text));
}
