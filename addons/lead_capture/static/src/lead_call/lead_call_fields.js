import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The recording, played by the browser when somebody presses the button. */
export class LeadCallPlayer extends Component {
    static template = "lead_capture.LeadCallPlayer";
    static props = { ...standardFieldProps };

    get url() {
        const url = this.props.record.data[this.props.name] || "";
        return url.startsWith("https://") ? url : "";
    }
}

registry.category("fields").add("lead_call_player", {
    component: LeadCallPlayer,
    displayName: _t("Recording"),
    supportedTypes: ["char"],
});

/** An arrow that comes in, goes out, or stays in the house. */
export class LeadCallDirection extends Component {
    static template = "lead_capture.LeadCallDirection";
    static props = { ...standardFieldProps };

    get label() {
        const { selection } = this.props.record.fields[this.props.name];
        const value = this.props.record.data[this.props.name];
        return selection.find(([code]) => code === value)?.[1] || "";
    }

    get icon() {
        return {
            in: "fa-arrow-down text-success",
            out: "fa-arrow-up text-info",
            internal: "fa-exchange text-muted",
        }[this.props.record.data[this.props.name]];
    }
}

registry.category("fields").add("lead_call_direction", {
    component: LeadCallDirection,
    displayName: _t("Direction of a call"),
    supportedTypes: ["selection"],
});

export function formatCallDuration(seconds) {
    const total = Math.round(seconds || 0);
    const parts = [Math.floor(total / 60) % 60, total % 60].map((part) =>
        String(part).padStart(2, "0")
    );
    const hours = Math.floor(total / 3600);
    return hours ? [hours, ...parts].join(":") : parts.join(":");
}

/** Seconds as a clock shows them: 01:05. */
export class LeadCallDuration extends Component {
    static template = "lead_capture.LeadCallDuration";
    static props = { ...standardFieldProps };

    get text() {
        return formatCallDuration(this.props.record.data[this.props.name]);
    }
}

registry.category("fields").add("lead_call_duration", {
    component: LeadCallDuration,
    displayName: _t("Length of a call"),
    supportedTypes: ["integer"],
});
registry.category("formatters").add("lead_call_duration", formatCallDuration);
