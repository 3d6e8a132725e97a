import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;
const TICK = 10000;
const DAY = 1440;

/** Say so many minutes in the two largest units that tell anything. */
export function sayMinutes(minutes) {
    if (minutes < 60) {
        return _t("%(minutes)s min", { minutes });
    }
    if (minutes < DAY) {
        return _t("%(hours)s h %(minutes)s min", {
            hours: Math.floor(minutes / 60),
            minutes: String(minutes % 60).padStart(2, "0"),
        });
    }
    return _t("%(days)s d %(hours)s h", {
        days: Math.floor(minutes / DAY),
        hours: Math.floor((minutes % DAY) / 60),
    });
}

/**
 * How much time is left until a deadline, or how late it is by now.
 *
 * Reads the columns of the lead beside the deadline itself, and goes on by the clock of
 * the reader without asking the server.
 */
export class LeadCountdown extends Component {
    static template = "lead_capture.LeadCountdown";
    static props = { ...standardFieldProps, warnField: { type: String, optional: true } };

    setup() {
        this.state = useState({ now: DateTime.now() });
        onMounted(() => {
            this.timer = setInterval(() => (this.state.now = DateTime.now()), TICK);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    get deadline() {
        return this.props.record.data[this.props.name];
    }

    get warnAt() {
        return this.props.record.data[this.props.warnField];
    }

    get isRunning() {
        const data = this.props.record.data;
        return this.props.name !== "response_deadline" || Boolean(data.waiting_since);
    }

    get kind() {
        if (!this.isRunning) {
            return this.props.record.data.first_response_at ? "answered" : "none";
        }
        if (!this.deadline) {
            return "none";
        }
        if (this.state.now > this.deadline) {
            return "late";
        }
        return this.warnAt && this.state.now >= this.warnAt ? "soon" : "ok";
    }

    get text() {
        const since = this.props.record.data.waiting_since;
        switch (this.kind) {
            case "answered":
                return _t("Answered");
            case "none":
                if (!this.isRunning || !since) {
                    return "";
                }
                return _t("waits %(time)s", { time: this.sayBetween(since, this.state.now) });
            case "late":
                return _t("%(time)s late", {
                    time: this.sayBetween(this.deadline, this.state.now),
                });
            default:
                return _t("%(time)s left", {
                    time: this.sayBetween(this.state.now, this.deadline),
                });
        }
    }

    get title() {
        return this.deadline ? formatDateTime(this.deadline) : "";
    }

    get classes() {
        const colors = {
            late: "text-bg-danger",
            soon: "text-bg-warning",
            ok: "text-bg-success",
            answered: "text-bg-light",
            none: "text-bg-light",
        };
        return colors[this.kind];
    }

    sayBetween(from, to) {
        return sayMinutes(Math.max(0, Math.floor(to.diff(from, "minutes").minutes)));
    }
}

export const leadCountdown = {
    component: LeadCountdown,
    displayName: _t("Time Left"),
    supportedTypes: ["datetime"],
    extractProps: ({ options }) => ({ warnField: options.warn_field }),
    fieldDependencies: ({ options }) => [
        ...(options.warn_field ? [{ name: options.warn_field, type: "datetime" }] : []),
        { name: "waiting_since", type: "datetime" },
        { name: "first_response_at", type: "datetime" },
    ],
};

registry.category("fields").add("lead_countdown", leadCountdown);
