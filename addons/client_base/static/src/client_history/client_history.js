import { Component, useEffect, useState } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const FIELDS = ["last_touch_date", "last_touch_channel", "effective_channel"];

/**
 * When the client was last spoken to, and how it answers best.
 *
 * Read after the card is there: summing up a history takes longer than all the rest.
 */
export class ClientHistory extends Component {
    static template = "client_base.ClientHistory";
    static props = standardWidgetProps;

    setup() {
        this.orm = useService("orm");
        this.fields = useService("field");
        this.state = useState({ history: null });
        useEffect(
            (clientId) => {
                this.load(clientId);
            },
            () => [this.props.record.resId]
        );
    }

    async load(clientId) {
        this.state.history = null;
        if (!clientId) {
            return;
        }
        const [[history], fields] = await Promise.all([
            this.orm.read("res.partner", [clientId], FIELDS),
            this.fields.loadFields("res.partner", {
                fieldNames: FIELDS,
                attributes: ["selection"],
            }),
        ]);
        if (clientId !== this.props.record.resId || !history) {
            return; // another card is open by now
        }
        const label = (name) =>
            Object.fromEntries(fields[name].selection)[history[name]];
        const date = history.last_touch_date && deserializeDateTime(history.last_touch_date);
        this.state.history = {
            when: date && date.toRelative(),
            day: date && formatDateTime(date),
            channel: label("last_touch_channel"),
            best: label("effective_channel"),
        };
    }
}

registry.category("view_widgets").add("client_history", { component: ClientHistory });
