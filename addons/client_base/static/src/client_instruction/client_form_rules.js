import { browser } from "@web/core/browser/browser";
import { rpcBus } from "@web/core/network/rpc";
import { UPDATE_METHODS } from "@web/core/orm_service";
import { registry } from "@web/core/registry";
import { session } from "@web/session";

const RULE_MODELS = ["client.type", "client.type.field"];

/**
 * The browser keeps forms for as long as no addon is upgraded. Which fields a form hides,
 * requires or explains stands in it: it is fetched anew after the rules have changed, here
 * or at a colleague's.
 */
export const clientFormRules = {
    start() {
        const forget = () => rpcBus.trigger("CLEAR-CACHES", "get_views");
        const key = `client_form_rules.${session.db}`;
        const mark = session.client_form_rules;
        if (mark && browser.localStorage.getItem(key) !== mark) {
            forget();
            browser.localStorage.setItem(key, mark);
        }
        rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => {
            const { model, method } = detail.data.params;
            if (RULE_MODELS.includes(model) && UPDATE_METHODS.includes(method)) {
                forget();
            }
        });
    },
};

registry.category("services").add("client_form_rules", clientFormRules);
