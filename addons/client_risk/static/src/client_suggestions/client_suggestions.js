import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { View } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * What to offer to the client, with what can be done about it.
 *
 * A list of its own, asked for when the page is opened: as a field of the card, its
 * columns and its rows would be read with every card.
 */
export class ClientSuggestions extends Component {
    static template = "client_risk.ClientSuggestions";
    static components = { View };
    static props = standardWidgetProps;

    setup() {
        this.action = useService("action");
    }

    get viewProps() {
        const type = this.env.isSmall ? "kanban" : "list";
        return {
            type,
            resModel: "client.suggestion",
            views: [[false, type]],
            domain: [
                ["partner_id", "=", this.props.record.resId],
                ["state", "in", ["open", "quoted"]],
            ],
            context: { list_view_ref: "client_risk.client_suggestion_view_list_compact" },
            display: { controlPanel: false },
            allowSelectors: false,
            useSampleModel: false,
            noContentHelp: _t("Nothing to offer right now: it is looked for every night."),
            selectRecord: (suggestionId) => this.open(suggestionId),
        };
    }

    open(suggestionId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "client.suggestion",
            res_id: suggestionId,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("client_suggestions", { component: ClientSuggestions });
