import { Component, useEffect, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const BADGES = {
    risk: "text-bg-danger",
    growth: "text-bg-success",
    watch: "text-bg-info",
};
// A month that was not empty is seen, however small.
const LEAST_HEIGHT = 3;

/**
 * What the client buys, pays and owes, and what that says of him.
 *
 * Read when the page is opened: it adds up a history, and most cards are opened for
 * something else.
 */
export class ClientPurchases extends Component {
    static template = "client_risk.ClientPurchases";
    static props = standardWidgetProps;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ known: null, level: "products" });
        useEffect(
            (clientId) => {
                this.load(clientId);
            },
            () => [this.props.record.resId]
        );
    }

    async load(clientId) {
        this.state.known = null;
        if (!clientId) {
            return;
        }
        const known = await this.orm.call("res.partner", "get_client_purchases", [
            clientId,
        ]);
        if (clientId !== this.props.record.resId) {
            return; // another card is open by now
        }
        this.state.known = known;
    }

    get isEmpty() {
        const known = this.state.known;
        return !known.months && !known.finance && !known.verdict;
    }

    get badge() {
        return BADGES[this.state.known.verdict.sector];
    }

    /** The months as bars: height in percent of the best one. */
    get bars() {
        const months = this.state.known.months;
        const most = Math.max(...months.map((month) => Math.abs(month.amount)), 1);
        return months.map((month, index) => ({
            ...month,
            height: month.amount
                ? Math.max((Math.abs(month.amount) / most) * 100, LEAST_HEIGHT)
                : 0,
            isReturn: month.amount < 0,
            // Every third label, so that the last month has one.
            isNamed: (months.length - 1 - index) % 3 === 0,
            // On a phone every sixth.
            isKept: (months.length - 1 - index) % 6 === 0,
        }));
    }

    get chartTitle() {
        return this.bars.map((bar) => `${bar.label}: ${bar.text}`).join("; ");
    }

    get hasLevels() {
        return this.state.known.items.categories.length > 1;
    }

    get items() {
        const { products, categories } = this.state.known.items;
        return this.state.level === "categories" && this.hasLevels ? categories : products;
    }

    async open(method) {
        const action = await this.orm.call("res.partner", method, [
            this.props.record.resId,
        ]);
        return this.action.doAction(action);
    }

    openClaim(claimId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "client.claim",
            res_id: claimId,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("client_purchases", { component: ClientPurchases });
