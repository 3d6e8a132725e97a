import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** What the rules of a client type say to whoever fills in a field. */
export class ClientInstruction extends Component {
    static template = "client_base.ClientInstruction";
    static props = {
        ...standardWidgetProps,
        field: String,
        isLabelled: { type: Boolean, optional: true },
    };

    get text() {
        return (this.props.record.data.card_notes || {})[this.props.field];
    }

    get label() {
        return this.props.isLabelled && this.props.record.fields[this.props.field].string;
    }
}

registry.category("view_widgets").add("client_instruction", {
    component: ClientInstruction,
    extractProps: ({ attrs }) => ({
        field: attrs.field,
        isLabelled: Boolean(attrs.labelled),
    }),
    fieldDependencies: [{ name: "card_notes", type: "json" }],
});
