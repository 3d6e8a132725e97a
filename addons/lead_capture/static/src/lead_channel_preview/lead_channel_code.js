import { _t } from "@web/core/l10n/translation";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

/** Code to paste elsewhere: shown as it is, with a button that copies all of it. */
export class LeadChannelCode extends Component {
    static template = "lead_capture.LeadChannelCode";
    static components = { CopyButton };
    static props = { ...standardFieldProps };

    setup() {
        this.copyText = _t("Copy the Code");
        this.successText = _t("Copied");
    }

    get code() {
        return this.props.record.data[this.props.name] || "";
    }
}

registry.category("fields").add("lead_channel_code", {
    component: LeadChannelCode,
    displayName: _t("Code to Copy"),
    supportedTypes: ["text"],
});
