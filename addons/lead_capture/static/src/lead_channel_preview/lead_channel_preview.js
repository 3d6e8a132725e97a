import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

/**
 * The form of a channel as a site will show it. Its page is asked for again after each
 * change that is saved, because its address changes then.
 */
export class LeadChannelPreview extends Component {
    static template = "lead_capture.LeadChannelPreview";
    static props = { ...standardFieldProps };

    get url() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("lead_channel_preview", {
    component: LeadChannelPreview,
    displayName: _t("Preview of a Form"),
    supportedTypes: ["char"],
});
