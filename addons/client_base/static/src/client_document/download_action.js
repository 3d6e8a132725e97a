import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

/**
 * Fetch a file and close the dialog it was made in; an action of type URL does one of
 * the two only.
 *
 * @param {Object} env
 * @param {{params: {url: string}}} action
 * @returns {Object} the action that closes the dialog
 */
function downloadAndClose(env, action) {
    browser.location.assign(action.params.url);
    return { type: "ir.actions.act_window_close" };
}

registry.category("actions").add("client_base.download_and_close", downloadAndClose);
