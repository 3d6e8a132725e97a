import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * The cards that the client who is being typed in likely has already. They open in a
 * window of their own: leaving the form would save it.
 */
export class ClientEntry extends Component {
    static template = "client_base.ClientEntry";
    static props = { ...standardFieldProps };

    get alike() {
        return this.props.record.data[this.props.name];
    }

    get isCertain() {
        return this.alike.cards.some((card) => card.is_certain);
    }
}

registry.category("fields").add("client_entry", {
    component: ClientEntry,
    supportedTypes: ["json"],
});
