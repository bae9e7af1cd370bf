import { Prop, Schema } from "@nestjs/mongoose";

@Schema()
export class Visit {
  @Prop() id: string;
}
