import { model, Schema } from "mongoose";

export const Order = model("Order", new Schema({ item: String, count: Number }));
