import { registry } from "@web/core/registry";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";

// From what is well to what is not, bottom up.
const COLORS = {
    mended: "#43C5B1",
    mended_late: "#8481DD",
    ignored: "#A4A8B6",
    open: "#4EA7F2",
    late: "#EA6175",
};

/**
 * Bars of a plan: what is late is red on every screen, whoever has nothing late.
 */
export class PlanGraphRenderer extends GraphRenderer {
    getBarChartData() {
        const data = super.getBarChartData();
        const paces = Object.fromEntries(
            (this.model.metaData.fields.pace?.selection || []).map(([pace, label]) => [label, pace])
        );
        const order = Object.keys(COLORS);
        const rank = (dataset) => order.indexOf(paces[dataset.label]);
        // a line that joins the sums of people says nothing
        const datasets = data.datasets.filter((dataset) => dataset.type !== "line");
        for (const dataset of datasets) {
            dataset.backgroundColor = COLORS[paces[dataset.label]] || dataset.backgroundColor;
        }
        return { ...data, datasets: datasets.sort((one, other) => rank(one) - rank(other)) };
    }
}

registry.category("views").add("client_plan_graph", {
    ...graphView,
    Renderer: PlanGraphRenderer,
});
