import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Shows who calls, and takes it away when the telephone does not ring any more. */
export const leadCallService = {
    dependencies: ["action", "bus_service", "notification"],

    start(env, { action, bus_service, notification }) {
        const shown = new Map();

        function close(callId) {
            shown.get(callId)?.();
            shown.delete(callId);
        }

        function openRecord(callId, resModel, resId) {
            close(callId);
            return action.doAction({
                type: "ir.actions.act_window",
                res_model: resModel,
                res_id: resId,
                views: [[false, "form"]],
            });
        }

        function getButtons(call) {
            const targets = [
                [call.partner_id, "res.partner", _t("Open the client")],
                [call.lead_id, "crm.lead", _t("Open the lead")],
            ].filter(([id]) => id);
            if (!targets.length) {
                targets.push([call.call_id, "lead.call", _t("Open the call")]);
            }
            return targets.map(([id, model, name], index) => ({
                name,
                primary: index === 0,
                onClick: () => openRecord(call.call_id, model, id),
            }));
        }

        bus_service.subscribe("lead_capture.call", (call) => {
            close(call.call_id);
            const remove = notification.add(call.lines.join(" · "), {
                title: call.title,
                type: "info",
                sticky: true,
                className: "o_lead_call_notice",
                buttons: getButtons(call),
                onClose: () => shown.delete(call.call_id),
            });
            shown.set(call.call_id, remove);
        });
        bus_service.subscribe("lead_capture.call_over", ({ call_id }) => close(call_id));
        bus_service.start();
    },
};

registry.category("services").add("lead_call", leadCallService);
